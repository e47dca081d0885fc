// Where the parts of Datasets lie.
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSlider>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "core/base/files.h"
#include "ui/session/session.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/notice.h"
#include "ui/widgets/panel_parts.h"
#include "ui/widgets/picture_grid.h"
#include "ui/widgets/segments.h"
#include "ui/widgets/sentence.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/thumbnail_loader.h"
#include "ui/workspaces/class_chips.h"
#include "ui/workspaces/dataset_list.h"
#include "ui/workspaces/dataset_panel.h"
#include "ui/workspaces/datasets.h"
#include "ui/workspaces/get_page.h"
#include "ui/workspaces/loupe.h"
#include "ui/workspaces/network_panel.h"
#include "ui/workspaces/numbers_panel.h"

namespace daguerre {
namespace {

constexpr int listWidth = 190, sliderWidth = 96;

const Setting<int> cellSize{"datasets/cell-size", PictureGrid::usual};
const Setting<int> megabytes{"memory/thumbnail-megabytes", ThumbnailLoader::usualMegabytes};
const Setting<bool> panelShown{"datasets/panel", true};

}  // namespace

void Datasets::build() {
    notice_ = new Notice;
    notice_->setObjectName(QStringLiteral("datasets.notice"));
    panel_ = new DatasetPanel(session_.actions());
    pages_ = new QStackedWidget;
    pages_->addWidget(makeEmpty());
    pages_->addWidget(makeMiddle());
    pages_->addWidget(loupe_ = new Loupe);
    pages_->addWidget(get_ = new GetPage(session_));
    panel_->addPage(numbers_ = new NumbersPanel);
    panel_->addPage(problemsPanel_ = new ProblemsPanel);
    panel_->addPage(network_ = new NetworkPanel);
    auto* middle = new QVBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(notice_);
    middle->addWidget(pages_, 1);
    auto* all = new QHBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addWidget(makeLeft());
    all->addWidget(hairline(this, QFrame::VLine));
    all->addLayout(middle, 1);
    all->addWidget(hairline(this, QFrame::VLine));
    all->addWidget(panel_);
    panel_->setVisible(panelShown.get());
    connect(session_.actions()["side-panel"], &QAction::triggered, this, [this] {
        if (!isVisible()) return;
        panelShown.set(panel_->isHidden());
        panel_->setVisible(panel_->isHidden());
    });
}

QWidget* Datasets::makeLeft() {
    auto* left = new QWidget;
    left->setFixedWidth(listWidth);
    list_ = new DatasetList(left);
    auto* import = new QPushButton(tr("Import…"), left);
    import->setObjectName(QStringLiteral("datasets.import"));
    import->setIcon(icon("folder2-open"));
    auto* ways = new QMenu(import);
    for (const char* id : {"import-images", "import-file"}) ways->addAction(session_.actions()[id]);
    import->setMenu(ways);
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(gap1, gap2, gap1, gap3);
    column->setSpacing(gap2);
    column->addWidget(list_, 1);
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(gap1, 0, gap1, 0);
    foot->addWidget(import);
    column->addLayout(foot);
    return left;
}

QWidget* Datasets::makeTop() {
    auto* top = new QWidget;
    search_ = new QLineEdit(top);
    search_->setObjectName(QStringLiteral("datasets.search"));
    search_->setPlaceholderText(tr("name, class:7, #1234, is:duplicate"));
    search_->setAccessibleName(tr("Search in the images"));
    search_->setToolTip(session_.actions().tip("search-images"));
    search_->addAction(icon("search", Token::Dim), QLineEdit::LeadingPosition);
    search_->setClearButtonEnabled(true);
    search_->setMinimumWidth(100);
    splits_ = new Segments({tr("All"), tr("Train"), tr("Test")}, top);
    splits_->setObjectName(QStringLiteral("datasets.splits"));
    order_ = new QComboBox(top);
    order_->setObjectName(QStringLiteral("datasets.order"));
    order_->setAccessibleName(tr("Sort"));
    order_->setToolTip(tr("Which images come first"));
    for (const OrderRow& row : orders())
        order_->addItem(words(row.title), QString::fromStdString(row.id));
    auto* row = new QHBoxLayout(top);
    row->setContentsMargins(gap3, 6, gap3, 6);
    row->setSpacing(gap2);
    row->addWidget(search_, 1);
    row->addWidget(splits_);
    row->addWidget(order_);
    return top;
}

QWidget* Datasets::makeFoot() {
    auto* foot = new QWidget;
    line_ = new QLabel(foot);
    line_->setObjectName(QStringLiteral("datasets.line"));
    line_->setFont(daguerre::font(Type::Caption));
    line_->setForegroundRole(dimRole);
    line_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    size_ = new QSlider(Qt::Horizontal, foot);
    size_->setObjectName(QStringLiteral("datasets.size"));
    size_->setAccessibleName(tr("Size of the thumbnails"));
    size_->setToolTip(tr("Size of the thumbnails (Ctrl+wheel)"));
    size_->setRange(PictureGrid::least, PictureGrid::most);
    size_->setFixedWidth(sliderWidth);
    auto* row = new QHBoxLayout(foot);
    row->setContentsMargins(gap3, gap1, gap3, gap1);
    row->setSpacing(gap2);
    row->addWidget(line_, 1);
    row->addWidget(size_);
    foot->setFixedHeight(controlHeight + 2 * gap1);
    return foot;
}

QWidget* Datasets::makeMiddle() {
    loader_ = new ThumbnailLoader(home_folder() / "thumbnails", megabytes.get(), this);
    grid_ =
        new PictureGrid({[this](std::uint32_t image) { return loader_->find(image); },
                         [this](std::uint32_t image) {
                             return ClassChips::colourOf(dataset_ ? dataset_->label(image) : -1);
                         },
                         [this](std::uint32_t image) { return wordsOf(image); }});
    grid_->setObjectName(QStringLiteral("datasets.grid"));
    chips_ = new ClassChips;
    hint_ = new QLabel;
    hint_->setObjectName(QStringLiteral("datasets.hint"));
    hint_->setAlignment(Qt::AlignCenter);
    hint_->setWordWrap(true);
    hint_->setForegroundRole(dimRole);
    hint_->setContentsMargins(gap5, gap5, gap5, gap5);
    hint_->hide();
    auto* work = new QWidget;
    auto* chips = new QHBoxLayout;
    chips->setContentsMargins(gap3, 0, gap3, 6);
    chips->addWidget(chips_);
    auto* column = new QVBoxLayout(work);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeTop());
    column->addLayout(chips);
    column->addWidget(hairline(work));
    column->addWidget(hint_);
    column->addWidget(grid_, 1);
    column->addWidget(hairline(work));
    column->addWidget(makeFoot());
    connect(size_, &QSlider::valueChanged, grid_, &PictureGrid::setSide);
    connect(grid_, &PictureGrid::sideChanged, this, [this](int side) {
        cellSize.set(side);
        size_->setValue(side);
        loader_->setSide(qRound(side * devicePixelRatioF()));
        grid_->refresh();
    });
    grid_->setSide(cellSize.get());
    loader_->setSide(qRound(grid_->side() * devicePixelRatioF()));
    size_->setValue(grid_->side());
    return work;
}

QWidget* Datasets::makeEmpty() {
    auto* page = new QWidget;
    auto* words = new QLabel(
        tr("Look through the images that a network learns from.\nChoose a dataset at the left, or "
           "drop a folder or zip of images anywhere."));
    words->setAlignment(Qt::AlignCenter);
    words->setForegroundRole(dimRole);
    auto* column = new QVBoxLayout(page);
    column->addStretch();
    column->addWidget(words);
    column->addStretch();
    return page;
}

}  // namespace daguerre
