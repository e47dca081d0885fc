#include "ui/workspaces/file_info.h"

#include <QClipboard>
#include <QFormLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <optional>

#include "ui/widgets/theme.h"

namespace daguerre {
namespace {

QLabel* value(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    label->setWordWrap(true);
    return label;
}

QLabel* name(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    label->setForegroundRole(dimRole);
    return label;
}

QFormLayout* rowsOf(const Image& image, const std::optional<Record>& record, QWidget* parent) {
    auto* rows = new QFormLayout;
    rows->setHorizontalSpacing(gap4);
    rows->setVerticalSpacing(gap2);
    const QString colours = image.channels == 1 ? FileInfo::tr("grey") : FileInfo::tr("colour");
    rows->addRow(name(FileInfo::tr("Pixels"), parent), value(FileInfo::tr("%1 × %2, %3, %4 bit")
                                                                 .arg(image.width)
                                                                 .arg(image.height)
                                                                 .arg(colours)
                                                                 .arg(image.depth),
                                                             parent));
    if (!record) return rows;
    for (const auto& [key, text] : record->parameters)
        rows->addRow(name(QString::fromStdString(key), parent),
                     value(QString::fromStdString(text), parent));
    return rows;
}

}  // namespace

FileInfo::FileInfo(const QString& file, const Image& image, QWidget* parent) : QDialog(parent) {
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("File info"));
    setMinimumWidth(360);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(gap4, gap4, gap4, gap4);
    column->setSpacing(gap4);
    auto* title = new QLabel(file, this);
    title->setFont(daguerre::font(Type::Name));
    column->addWidget(title);
    const std::optional<Record> record = record_of(image.metadata);
    column->addLayout(rowsOf(image, record, this));
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(gap2);
    auto* use = new QPushButton(tr("Use these settings"), this);
    auto* copy = new QPushButton(tr("Copy"), this);
    auto* close = new QPushButton(tr("Close"), this);
    use->setEnabled(record.has_value());
    copy->setEnabled(record.has_value());
    buttons->addWidget(use);
    buttons->addWidget(copy);
    buttons->addStretch();
    buttons->addWidget(close);
    column->addLayout(buttons);
    connect(use, &QPushButton::clicked, this, [this, record] { Q_EMIT restoreWanted(*record); });
    connect(copy, &QPushButton::clicked, this, [record] {
        QGuiApplication::clipboard()->setText(QString::fromStdString(parameters_text(*record)));
    });
    connect(close, &QPushButton::clicked, this, &QDialog::close);
}

}  // namespace daguerre
