// A web server on this machine that a test tells what to answer.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

/// One connection after another, one request each.
class Loopback {
public:
    /// What is sent back as it is, head and all; then the connection ends. After an answer that
    /// ends in `hang` it stays open, and silent.
    using Answer = std::function<std::string(const std::string& head)>;
    static constexpr const char* hang = "<hang>";

    explicit Loopback(Answer answer) : answer_(std::move(answer)) {
        socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(socket_, reinterpret_cast<sockaddr*>(&name), sizeof name);
        ::listen(socket_, 16);
        socklen_t length = sizeof name;
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&name), &length);
        port_ = ntohs(name.sin_port);
        thread_ = std::jthread([this](std::stop_token stop) { serve(stop); });
    }
    ~Loopback() {
        thread_.request_stop();
        thread_.join();
        for (const int held : held_) ::close(held);
        ::close(socket_);
    }

    std::string address(const std::string& path = "/file") const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }
    /// The heads of all requests so far.
    std::vector<std::string> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

    /// An answer with this status and body; `length`: what it claims, -1 its true one.
    static std::string answer(const std::string& status, const std::string& body,
                              const std::string& more = "", long length = -1) {
        return "HTTP/1.1 " + status +
               "\r\nContent-Length: " + std::to_string(length < 0 ? long(body.size()) : length) +
               "\r\n" + more + "Connection: close\r\n\r\n" + body;
    }
    /// Where a request's range begins; -1: it asks for none.
    static long begin_of(const std::string& head) {
        const std::size_t at = head.find("Range: bytes=");
        return at == std::string::npos ? -1 : std::atol(head.c_str() + at + 13);
    }
    /// As a good server answers: the part asked for, or the whole.
    static std::string good(const std::string& head, const std::string& body,
                            const std::string& more = "") {
        const long begin = begin_of(head);
        if (begin < 0) return answer("200 OK", body, more);
        if (begin >= long(body.size())) return answer("416 Range Not Satisfiable", "");
        return answer("206 Partial Content", body.substr(std::size_t(begin)),
                      more + "Content-Range: bytes " + std::to_string(begin) + "-" +
                          std::to_string(body.size() - 1) + "/" + std::to_string(body.size()) +
                          "\r\n");
    }

private:
    void serve(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            pollfd ready{socket_, POLLIN, 0};
            if (::poll(&ready, 1, 20) <= 0) continue;
            const int connection = ::accept(socket_, nullptr, nullptr);
            if (connection < 0) continue;
            if (talk(connection))
                ::close(connection);
            else
                held_.push_back(connection);
        }
    }
    /// false: stays open.
    bool talk(int connection) {
        std::string head;
        char block[4096];
        while (head.find("\r\n\r\n") == std::string::npos) {
            const ssize_t n = ::recv(connection, block, sizeof block, 0);
            if (n <= 0) return true;
            head.append(block, std::size_t(n));
        }
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(head);
        }
        std::string text = answer_(head);
        const bool hangs = text.ends_with(hang);
        if (hangs) text.resize(text.size() - std::string(hang).size());
        for (std::size_t at = 0; at < text.size();) {
            const ssize_t n = ::send(connection, text.data() + at, text.size() - at, MSG_NOSIGNAL);
            if (n <= 0) return true;
            at += std::size_t(n);
        }
        return !hangs;
    }

    Answer answer_;
    int socket_ = -1, port_ = 0;
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::vector<int> held_;  // of the thread, until it has ended
    std::jthread thread_;
};
