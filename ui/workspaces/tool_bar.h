// The tools at the left of Retouch's canvas, and the settings of the one in hand above it.
#pragma once

#include <QWidget>
#include <map>
#include <string>
#include <vector>

#include "core/base/fields.h"

class QButtonGroup;
class QHBoxLayout;
class QToolButton;

namespace daguerre {

class Actions;
class Canvas;

/// A column of buttons, one a tool.
class ToolColumn : public QWidget {
    Q_OBJECT
public:
    ToolColumn(Actions& actions, Canvas* canvas, QWidget* parent = nullptr);

private:
    QButtonGroup* group_;
    std::map<std::string, QToolButton*> buttons_;
};

/// What the tool in hand heeds.
class ToolOptions : public QWidget {
    Q_OBJECT
public:
    explicit ToolOptions(Canvas* canvas, QWidget* parent = nullptr);

protected:
    void resizeEvent(QResizeEvent*) override;

private:
    void build();
    void show();
    void addNumber(const Field& field);
    void addCheck(const Field& field);
    void addChoice(const Field& field);
    void set(const std::string& key, const FieldValue& value);

    Canvas* canvas_;
    QWidget* inside_ = nullptr;
    QHBoxLayout* row_ = nullptr;
    std::vector<QWidget*> numbers_;  // hidden where there is little room
    std::map<std::string, std::function<void(const FieldValue&)>> shows_;
    bool showing_ = false;
};

}  // namespace daguerre
