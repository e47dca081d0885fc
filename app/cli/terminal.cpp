#include "app/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>

#include "core/base/error.h"

namespace daguerre {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;

constexpr milliseconds bar_interval{100}, line_interval{5000}, event_interval{1000};
constexpr int status_stopped = 130;

// A signal handler can reach nothing but a variable of the program.
volatile std::sig_atomic_t stop_wanted = 0;

void want_stop(int) {
    if (stop_wanted) ::_exit(status_stopped);
    stop_wanted = 1;
}

int terminal_width() {
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string whole_text(double number) {
    return std::to_string(static_cast<long long>(std::floor(number)));
}

std::string stand_text(const Stand& stand, double per_second, double seconds_left) {
    if (stand.what == "bytes")
        return stand_text({stand.done / 1e6, stand.total / 1e6, "MB", stand.figures},
                          per_second / 1e6, seconds_left);
    std::string text = whole_text(stand.done);
    if (stand.total > 0) text += " of " + whole_text(stand.total);
    text += " " + stand.what;
    if (per_second > 0) text += ", " + figure_text(per_second) + " a second";
    if (seconds_left > 0) text += ", " + duration_text(seconds_left) + " left";
    for (const auto& [name, value] : stand.figures) text += ", " + name + " " + figure_text(value);
    return text;
}

/// The first `columns` characters of UTF-8 text.
std::string shortened(const std::string& text, int columns) {
    int seen = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80 && seen++ == columns)
            return text.substr(0, i);
    return text;
}

}  // namespace

std::string duration_text(double seconds) {
    constexpr long long minute = 60, hour = 60 * minute, day = 24 * hour;
    const auto s = static_cast<long long>(std::ceil(std::min(seconds, 1e12)));
    const auto pair = [&](long long unit, const char* name, long long part, const char* part_name) {
        const long long rest = s % unit / part;
        std::string text = std::to_string(s / unit) + name;
        return rest ? text + " " + std::to_string(rest) + part_name : text;
    };
    if (s < minute) return std::to_string(s) + " s";
    if (s < hour) return pair(minute, " min", 1, " s");
    if (s < day) return pair(hour, " h", minute, " min");
    return pair(day, s < 2 * day ? " day" : " days", hour, " h");
}

std::string figure_text(double number) {
    char text[32];
    std::snprintf(text, sizeof text, std::abs(number) < 1000 ? "%.3g" : "%.0f", number);
    return text;
}

Terminal::Terminal(bool json, bool quiet)
    : json_(json), quiet_(quiet), on_terminal_(::isatty(STDERR_FILENO) == 1) {
    struct sigaction action {};
    action.sa_handler = want_stop;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &action, nullptr);
}

Terminal::~Terminal() { clear_bar(); }

void Terminal::line(const std::string& text) {
    if (json_) return;
    clear_bar();
    std::fprintf(stdout, "%s\n", text.c_str());
}

void Terminal::event(const Json& object) {
    if (json_) measurement(object);
}

void Terminal::measurement(const Json& object) {
    clear_bar();
    // File names need not be UTF-8; replacing what isn't keeps the line valid JSON.
    const std::string text = object.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::fprintf(stdout, "%s\n", text.c_str());
    std::fflush(stdout);
}

void Terminal::remark(const std::string& sentence) {
    if (quiet_ || sentence.empty()) return;
    clear_bar();
    std::fprintf(stderr, "%s\n", sentence.c_str());
}

void Terminal::failure(const std::string& sentence) {
    clear_bar();
    std::fprintf(stderr, "daguerre: %s\n", sentence.c_str());
}

Terminal::Pace Terminal::pace_of(const Stand& stand) {
    const auto now = Clock::now();
    if (stand.what != what_ || stand.done < first_done_) {
        what_ = stand.what;
        first_done_ = stand.done;
        start_ = last_shown_ = last_event_ = now;
    }
    Pace pace;
    const double seconds = duration<double>(now - start_).count();
    if (seconds > 0.5 && stand.done > first_done_)
        pace.per_second = (stand.done - first_done_) / seconds;
    if (pace.per_second > 0 && stand.total > stand.done)
        pace.seconds_left = (stand.total - stand.done) / pace.per_second;
    return pace;
}

void Terminal::progress(const Stand& stand) {
    const Pace pace = pace_of(stand);
    const auto now = Clock::now();
    if (json_ && now - last_event_ >= event_interval) {
        last_event_ = now;
        Json object{
            {"event", "progress"}, {"what", stand.what}, {"done", std::int64_t(stand.done)}};
        if (stand.total > 0) object["total"] = std::int64_t(stand.total);
        if (pace.per_second > 0) object["per_second"] = pace.per_second;
        if (pace.seconds_left > 0) object["seconds_left"] = pace.seconds_left;
        for (const auto& [name, value] : stand.figures) object[name] = value;
        event(object);
    }
    const bool due = now - last_shown_ >= (on_terminal_ ? bar_interval : line_interval);
    if (quiet_ || !due) return;
    last_shown_ = now;
    if (on_terminal_)
        draw_bar(stand, pace);
    else
        std::fprintf(stderr, "%s\n", stand_text(stand, pace.per_second, pace.seconds_left).c_str());
}

void Terminal::draw_bar(const Stand& stand, const Pace& pace) {
    constexpr int cells = 24;
    std::string bar;
    if (stand.total > 0) {
        const int full = int(std::clamp(stand.done / stand.total, 0.0, 1.0) * cells);
        for (int i = 0; i < cells; ++i) bar += i < full ? "█" : "░";
        bar += " ";
    }
    bar += stand_text(stand, pace.per_second, pace.seconds_left);
    std::fprintf(stderr, "\r%s\033[K", shortened(bar, terminal_width() - 1).c_str());
    std::fflush(stderr);
    bar_drawn_ = true;
}

void Terminal::clear_bar() {
    if (!bar_drawn_) return;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
    bar_drawn_ = false;
}

OnProgress Terminal::on_progress() {
    return [this](const Progress& at) {
        progress({double(at.done), double(at.total), at.what + "s"});
        return !stopped();
    };
}

bool Terminal::stopped() const { return stop_wanted != 0; }

void Terminal::flush() {
    if (std::fflush(stdout) != 0 || std::ferror(stdout))
        throw Error("The output could not be written. Is the disk full?");
}

}  // namespace daguerre
