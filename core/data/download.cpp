#include "core/data/download.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <thread>

#include "core/base/error.h"
#include "core/base/files.h"

namespace daguerre {
namespace fs = std::filesystem;
namespace {

enum class Ending { Whole, Stopped, Broken, Refused, Wrong };

/// How an attempt at one address ended.
struct Outcome {
    Ending ending = Ending::Broken;
    std::string why{};
};

std::uint64_t size_of(const fs::path& file) {
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(file, error);
    return error ? 0 : bytes;
}

fs::path beside(const fs::path& file, const char* suffix) {
    fs::path name = file;
    return name += suffix;
}

/// The file that a download grows in.
class Part {
public:
    explicit Part(const fs::path& file) : file_(file) {
        std::error_code error;
        fs::create_directories(file.parent_path(), error);
        descriptor_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
        if (descriptor_ < 0) refuse();
        end_ = size_of(file);
    }
    ~Part() { ::close(descriptor_); }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    std::uint64_t end() const { return end_; }
    void empty() {
        if (::ftruncate(descriptor_, 0) != 0) refuse();
        end_ = 0;
    }
    void add(const char* bytes, std::size_t count) {
        while (count > 0) {
            const ssize_t n = ::pwrite(descriptor_, bytes, count, off_t(end_));
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) refuse();
            bytes += n;
            count -= std::size_t(n);
            end_ += std::uint64_t(n);
        }
    }

private:
    [[noreturn]] void refuse() const {
        if (errno == ENOSPC || errno == EDQUOT)
            throw Error(
                "“{folder}” is full after {n} MB of “{file}”. Free some space and say it again to "
                "go on from there.",
                {{"folder", file_.parent_path()}, {"n", end_ / 1'000'000}, {"file", file_.stem()}});
        throw Error("“{file}” could not be written: {why}.",
                    {{"file", file_}, {"why", std::strerror(errno)}});
    }

    fs::path file_;
    int descriptor_ = -1;
    std::uint64_t end_ = 0;
};

/// One request: what comes back is added to the part, when it is what was asked for.
class Request {
public:
    Request(const Download& what, const std::string& address, Part& part, std::string version,
            const OnProgress& on_progress)
        : what_(what), part_(part), version_(std::move(version)), on_progress_(on_progress) {
        const auto set = [this](CURLoption option, auto value) {
            curl_easy_setopt(curl_.get(), option, value);
        };
        set(CURLOPT_URL, address.c_str());
        set(CURLOPT_USERAGENT, "daguerre/" DAGUERRE_VERSION);
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
        set(CURLOPT_FOLLOWLOCATION, 1L);
        set(CURLOPT_MAXREDIRS, 8L);
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_CONNECTTIMEOUT_MS, long(what.patience.connect_ms));
        set(CURLOPT_LOW_SPEED_LIMIT, 1L);
        set(CURLOPT_LOW_SPEED_TIME, long(what.patience.stall_seconds));
        set(CURLOPT_ERRORBUFFER, words_);
        set(CURLOPT_HEADERFUNCTION, &Request::on_header);
        set(CURLOPT_HEADERDATA, this);
        set(CURLOPT_WRITEFUNCTION, &Request::on_body);
        set(CURLOPT_WRITEDATA, this);
        if (const char* certificates = std::getenv("SSL_CERT_FILE"))
            set(CURLOPT_CAINFO, certificates);
        begin_ = part.end();
        if (begin_ == 0) return;
        set(CURLOPT_RANGE, (std::to_string(begin_) + "-").c_str());
        if (version_.empty()) return;
        headers_.reset(curl_slist_append(nullptr, ("If-Range: " + version_).c_str()));
        set(CURLOPT_HTTPHEADER, headers_.get());
    }

    Outcome run() {
        const CURLcode code = perform();
        if (failure_) std::rethrow_exception(failure_);
        if (stopped_) return {Ending::Stopped};
        if (ended_) return *ended_;
        return outcome_of(code);
    }

    /// What the server calls this version of the file; empty: nothing.
    const std::string& version() const { return version_; }

private:
    CURLcode perform() {
        const std::unique_ptr<CURLM, CURLMcode (*)(CURLM*)> multi(curl_multi_init(),
                                                                  curl_multi_cleanup);
        curl_multi_add_handle(multi.get(), curl_.get());
        CURLcode code = CURLE_OK;
        for (int running = 1; running > 0;) {
            curl_multi_perform(multi.get(), &running);
            int left = 0;
            if (const CURLMsg* message = curl_multi_info_read(multi.get(), &left))
                code = message->data.result;
            const std::uint64_t total = what_.bytes > 0 ? what_.bytes : total_;
            if (on_progress_ &&
                !on_progress_({std::int64_t(part_.end()), std::int64_t(total), "byte", {}})) {
                stopped_ = true;
                break;
            }
            constexpr int poll_ms = 50;
            if (running > 0) curl_multi_poll(multi.get(), nullptr, 0, poll_ms, nullptr);
        }
        curl_multi_remove_handle(multi.get(), curl_.get());
        return code;
    }

    Outcome outcome_of(CURLcode code) const {
        const std::string why = words_[0] ? words_ : curl_easy_strerror(code);
        for (const CURLcode final : {CURLE_TOO_MANY_REDIRECTS, CURLE_UNSUPPORTED_PROTOCOL,
                                     CURLE_URL_MALFORMAT, CURLE_PEER_FAILED_VERIFICATION})
            if (code == final) return {Ending::Refused, why};
        if (code == CURLE_OK && status_ == 416) {  // there is nothing from there on
            if (what_.bytes > 0 && part_.end() == what_.bytes) return {Ending::Whole};
            part_.empty();
            return {Ending::Broken, "the server can't go on from there"};
        }
        if (code != CURLE_OK) return {Ending::Broken, why};
        if (status_ == 200 || status_ == 206) return {Ending::Whole};
        const bool later = status_ >= 500 || status_ == 429 || status_ == 408;
        return {later ? Ending::Broken : Ending::Refused,
                "the server answers " + std::to_string(status_)};
    }

    static std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* self) {
        static_cast<Request*>(self)->take_header({bytes, count});
        return count;
    }

    void take_header(std::string_view line) {
        if (line.starts_with("HTTP/")) {  // another answer, as after being sent elsewhere
            status_ = 0;
            range_begin_.reset();
            new_version_.clear();
            length_ = 0;
            const std::size_t space = line.find(' ');
            if (space != std::string_view::npos) status_ = std::atoi(line.data() + space + 1);
            return;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) return;
        std::string key(line.substr(0, colon)), value(line.substr(colon + 1));
        for (char& c : key) c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
        while (!value.empty() && std::strchr(" \r\n", value.back())) value.pop_back();
        value.erase(0, value.find_first_not_of(' '));
        if (key == "content-length") length_ = std::strtoull(value.c_str(), nullptr, 10);
        if (key == "content-range" && value.starts_with("bytes "))
            range_begin_ = std::strtoull(value.c_str() + 6, nullptr, 10);
        // A weak one says nothing of bytes, and mustn't stand in If-Range (RFC 9110, 13.1.5).
        if (key == "etag" && !value.starts_with("W/")) new_version_ = value;
        if (key == "last-modified" && new_version_.empty()) new_version_ = value;
    }

    static std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* self) {
        auto* const request = static_cast<Request*>(self);
        try {
            return request->take_body(bytes, count) ? count : 0;
        } catch (...) {
            request->failure_ = std::current_exception();
            return 0;
        }
    }

    /// false breaks the request off.
    bool take_body(const char* bytes, std::size_t count) {
        if (status_ != 200 && status_ != 206) return true;  // the page of an error: not ours
        if (!begun_ && !begin()) return false;
        if (what_.bytes > 0 && part_.end() + count > what_.bytes) {
            ended_ = {Ending::Wrong, "it is longer than the file should be"};
            return false;
        }
        part_.add(bytes, count);
        return true;
    }

    bool begin() {
        begun_ = true;
        if (status_ == 206 && range_begin_.value_or(begin_) != begin_) {
            part_.empty();
            ended_ = {Ending::Broken, "the server sent another part of the file than asked for"};
            return false;
        }
        if (status_ == 200) part_.empty();
        version_ = new_version_;
        total_ = length_ > 0 ? part_.end() + length_ : 0;
        require_free_space(what_.file.parent_path(), length_);
        return true;
    }

    const Download& what_;
    Part& part_;
    std::string version_, new_version_;
    const OnProgress& on_progress_;
    char words_[CURL_ERROR_SIZE] = "";
    std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers_{nullptr, curl_slist_free_all};
    std::unique_ptr<CURL, void (*)(CURL*)> curl_{curl_easy_init(), curl_easy_cleanup};
    std::uint64_t begin_ = 0, length_ = 0, total_ = 0;
    std::optional<std::uint64_t> range_begin_;
    int status_ = 0;
    bool begun_ = false, stopped_ = false;
    std::optional<Outcome> ended_;
    std::exception_ptr failure_;
};

/// All that one download remembers between attempts.
class Downloading {
public:
    Downloading(const Download& what, const OnProgress& on_progress)
        : what_(what), on_progress_(on_progress), open_(what.addresses) {}

    bool run() {
        for (int round = 0; !open_.empty(); ++round) {
            const std::uint64_t before = furthest_;
            for (const std::string& address : std::vector<std::string>(open_)) {
                const Ending ending = attempt(address);
                if (ending == Ending::Whole) return true;
                if (ending == Ending::Stopped) return false;
            }
            if (furthest_ > before) round = 0;
            if (round + 1 >= what_.patience.rounds) break;
            if (!open_.empty() && !pause(what_.patience.pause_ms << round)) return false;
        }
        refuse();
    }

private:
    fs::path part_file() const { return beside(what_.file, ".part"); }
    fs::path note_file() const { return beside(what_.file, ".from"); }

    Ending attempt(const std::string& address) {
        Outcome outcome = request(address);
        furthest_ = std::max(furthest_, size_of(part_file()));
        if (outcome.ending == Ending::Whole) outcome = checked();
        if (outcome.ending == Ending::Wrong) {
            std::error_code error;
            fs::remove(part_file(), error);
            fs::remove(note_file(), error);
            // What was begun elsewhere may be what is wrong: once more, from the beginning.
            if (resumed_) return attempt(address);
        }
        if (outcome.ending == Ending::Wrong || outcome.ending == Ending::Refused)
            std::erase(open_, address);
        wrong_ = wrong_ || outcome.ending == Ending::Wrong;
        if (outcome.ending != Ending::Whole) why_ = address + ": " + outcome.why;
        return outcome.ending;
    }

    Outcome request(const std::string& address) {
        Part part(part_file());
        std::string version = version_at(address);
        if (what_.sha256.empty() && version.empty()) part.empty();
        if (!what_.sha256.empty()) version.clear();
        resumed_ = part.end() > 0;
        if (what_.bytes > 0 && part.end() == what_.bytes) return {Ending::Whole};
        Request request(what_, address, part, version, on_progress_);
        const Outcome outcome = request.run();
        if (part.end() > 0) write_whole(note_file(), address + "\n" + request.version());
        return outcome;
    }

    /// The version that the part is of, when it came from this address.
    std::string version_at(const std::string& address) const {
        if (size_of(note_file()) == 0) return "";
        constexpr std::uint64_t limit = 1 << 16;
        const std::string note = read_file(note_file(), limit);
        return note.starts_with(address + "\n") ? note.substr(address.size() + 1) : "";
    }

    Outcome checked() {
        const std::uint64_t bytes = size_of(part_file());
        if (what_.bytes > 0 && bytes < what_.bytes)
            return {Ending::Broken, "the server ended after " + std::to_string(bytes) + " of " +
                                        std::to_string(what_.bytes) + " bytes"};
        if (what_.bytes > 0 && bytes > what_.bytes)
            return {Ending::Wrong, "it is longer than the file should be"};
        if (!what_.sha256.empty() && sha256_of_file(part_file()) != what_.sha256)
            return {Ending::Wrong, "its SHA-256 differs"};
        std::error_code error;
        fs::rename(part_file(), what_.file, error);
        if (error)
            throw Error("“{file}” could not be written: {why}.",
                        {{"file", what_.file}, {"why", error.message()}});
        fs::remove(note_file(), error);
        return {Ending::Whole};
    }

    /// false: stopped.
    bool pause(int milliseconds) const {
        using Clock = std::chrono::steady_clock;
        const auto end = Clock::now() + std::chrono::milliseconds(milliseconds);
        while (Clock::now() < end) {
            if (on_progress_ &&
                !on_progress_(
                    {std::int64_t(size_of(part_file())), std::int64_t(what_.bytes), "byte", {}}))
                return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return true;
    }

    [[noreturn]] void refuse() const {
        const std::string name = what_.file.filename().string();
        const std::uint64_t bytes = size_of(part_file());
        if (bytes > 0)
            throw Error(
                "The download of “{file}” stopped after {n} of {m} MB ({why}). Say it again to go "
                "on from there.",
                {{"file", name},
                 {"n", double(bytes / 1000) / 1000},
                 {"m", what_.bytes > 0 ? Word(double(what_.bytes / 1000) / 1000) : Word("?")},
                 {"why", why_}});
        if (wrong_)
            throw Error("The file that came isn't the right “{file}” and was not used ({why}).",
                        {{"file", name}, {"why", why_}});
        throw Error("“{file}” could not be downloaded ({why}).", {{"file", name}, {"why", why_}});
    }

    const Download& what_;
    const OnProgress& on_progress_;
    std::vector<std::string> open_;  // addresses that may still work
    std::uint64_t furthest_ = 0;
    bool resumed_ = false, wrong_ = false;
    std::string why_ = "there is no address";
};

}  // namespace

bool download(const Download& what, const OnProgress& on_progress) {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    require(started == CURLE_OK, "libcurl doesn't start");
    const std::uint64_t there = size_of(what.file);
    if (there > 0 && (what.bytes == 0 || there == what.bytes) &&
        (what.sha256.empty() || sha256_of_file(what.file) == what.sha256))
        return true;
    return Downloading(what, on_progress).run();
}

}  // namespace daguerre
