// Colours that a palette has no role for.
#pragma once

#include <QPalette>

#define PAL QPalette()
#define SURROUND PAL.color(QPalette::Dark)
#define DIM PAL.color(QPalette::PlaceholderText)
#define HAIRLINE PAL.color(QPalette::Mid)
#define GROOVE PAL.color(QPalette::Midlight)
#define CONTROL PAL.color(QPalette::Light)
#define ACCENT PAL.color(QPalette::Highlight)
#define BASE PAL.color(QPalette::Base)

#include <QAbstractButton>
#include <QApplication>
#include <QStyle>
#include <string_view>

inline void setIcon(QAbstractButton* button, std::string_view name) {
    const auto icon = name == "skip-start-fill"    ? QStyle::SP_MediaSkipBackward
                      : name == "caret-left-fill"  ? QStyle::SP_MediaSeekBackward
                      : name == "pause-fill"       ? QStyle::SP_MediaPause
                      : name == "caret-right-fill" ? QStyle::SP_MediaSeekForward
                      : name == "skip-end-fill"    ? QStyle::SP_MediaSkipForward
                      : name == "repeat"           ? QStyle::SP_BrowserReload
                                                   : QStyle::SP_MediaPlay;
    button->setIcon(qApp->style()->standardIcon(icon));
}
