// What the window remembers.
#pragma once

#include <QSettings>
#include <QVariant>

namespace daguerre {

/// The file behind all Settings: studio.ini in $DAGUERRE_HOME, else in $XDG_CONFIG_HOME/daguerre,
/// else in ~/.config/daguerre.
QString settingsFile();

/// One remembered value, declared in the one file that uses it:
///   const Setting<int> cellSize{"datasets/cellSize", 96};
/// What affects a picture is never one; it is a Field of a request. Reading and writing are
/// immediate; the file is written when the event loop is idle.
template <class T>
class Setting {
public:
    constexpr Setting(const char* key, T standard) : key_(key), standard_(std::move(standard)) {}

    T get() const {
        const QVariant value = open().value(QLatin1String(key_));
        return value.canConvert<T>() ? value.value<T>() : standard_;
    }
    void set(const T& value) const {
        open().setValue(QLatin1String(key_), QVariant::fromValue(value));
    }

private:
    static QSettings open() { return QSettings(settingsFile(), QSettings::IniFormat); }

    const char* key_;
    T standard_;
};

}  // namespace daguerre
