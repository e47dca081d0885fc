// What a person or a script sees: results, remarks, progress; and Ctrl-C.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/image/progress.h"

namespace daguerre {

/// How far long work is.
struct Stand {
    double done = 0, total = 0;                             // total 0: unknown
    std::string what;                                       // "images"
    std::vector<std::pair<std::string, double>> figures{};  // "loss" → 0.12
};

/// The only writer of stdout and stderr. Results go to stdout, the rest to stderr; with `json`,
/// stdout has one JSON object a line and nothing else. One at a time, since it owns Ctrl-C.
class Terminal {
public:
    /// From here on Ctrl-C makes stopped() true; a second one ends the program with status 130.
    Terminal(bool json, bool quiet);
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    /// A line of the result, for people: left out with --json.
    void line(const std::string& text);
    /// An object for scripts: left out without --json.
    void event(const Json& object);
    /// One JSON line either way: what bench prints.
    void measurement(const Json& object);
    /// A remark on stderr, unless --quiet.
    void remark(const std::string& sentence);
    /// Why it couldn't be done, on stderr.
    void failure(const std::string& sentence);

    /// On a terminal a bar with rate and time left, ten times a second at most; otherwise a line
    /// every five seconds; with --json an object every second too.
    void progress(const Stand& stand);
    /// Progress that core reports; answers false after Ctrl-C.
    OnProgress on_progress();
    bool stopped() const;

    /// Throws Error when stdout couldn't take all that was written to it.
    void flush();

private:
    using Clock = std::chrono::steady_clock;
    struct Pace {
        double per_second = 0, seconds_left = 0;  // 0: not known yet
    };
    Pace pace_of(const Stand& stand);
    void draw_bar(const Stand& stand, const Pace& pace);
    void clear_bar();

    bool json_, quiet_, on_terminal_;
    bool bar_drawn_ = false;
    std::string what_;  // of the last stand; another one starts anew
    double first_done_ = 0;
    Clock::time_point start_{}, last_shown_{}, last_event_{};
};

/// "45 s", "3 min 20 s", "2 h 5 min", "3 days 4 h".
std::string duration_text(double seconds);
/// Three significant digits: "0.123", "12.3", "1230".
std::string figure_text(double number);

}  // namespace daguerre
