// Files that datasets are made of, written by tests: IDX, gzip, zip.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/dataset.h"

/// `value` in `bytes` bytes, highest first; for zips, lowest first.
inline std::string highest_first(std::uint32_t value) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) text += char(value >> shift & 255);
    return text;
}
inline std::string little_endian(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) {
        text += char(value & 255);
        value >>= 8;
    }
    return text;
}

/// Without waiting for the disk, as write_whole does.
inline void write_quickly(const std::filesystem::path& file, std::string_view bytes) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
}

/// An IDX file of bytes with these sizes in its header, whatever `content` holds.
inline std::string idx_of(const std::vector<std::uint32_t>& sizes, std::string_view content) {
    std::string bytes{0, 0, 8, char(sizes.size())};
    for (std::uint32_t size : sizes) bytes += highest_first(size);
    return bytes.append(content);
}

inline std::string gzipped(const std::string& bytes) {
    std::string packed(bytes.size() + 1000, '\0');
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = uInt(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = uInt(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

/// A pair of IDX files, `count` images of width x height: value k of image i is i + k, its label
/// i mod classes.
inline void write_idx_pair(const std::filesystem::path& folder, const std::string& prefix,
                           int count, int width, int height, int classes, bool gzip = false) {
    std::string pixels, labels;
    for (int i = 0; i < count; ++i) {
        for (int k = 0; k < width * height; ++k) pixels += char((i + k) & 255);
        labels += char(i % classes);
    }
    const std::string images = idx_of({unsigned(count), unsigned(height), unsigned(width)}, pixels);
    const std::string numbers = idx_of({unsigned(count)}, labels);
    const std::string suffix = gzip ? ".gz" : "";
    write_quickly(folder / (prefix + "images-idx3-ubyte" + suffix),
                  gzip ? gzipped(images) : images);
    write_quickly(folder / (prefix + "labels-idx1-ubyte" + suffix),
                  gzip ? gzipped(numbers) : numbers);
}

struct ZipEntry {
    std::string name, bytes;
    std::uint64_t claimed = 0;  // 0: the true size; else said to be deflated from that many bytes
};

/// A zip of stored entries (PKWARE, APPNOTE.TXT 4.3).
inline std::string zip_of(const std::vector<ZipEntry>& entries) {
    std::string files, directory;
    for (const ZipEntry& entry : entries) {
        const auto crc =
            crc32(0, reinterpret_cast<const Bytef*>(entry.bytes.data()), uInt(entry.bytes.size()));
        const std::string shared =
            little_endian(20, 2) + little_endian(0, 2) + little_endian(entry.claimed ? 8 : 0, 2) +
            little_endian(0, 4) + little_endian(crc, 4) + little_endian(entry.bytes.size(), 4) +
            little_endian(entry.claimed ? entry.claimed : entry.bytes.size(), 4) +
            little_endian(entry.name.size(), 2) + little_endian(0, 2);
        directory += "PK\1\2" + little_endian(20, 2) + shared + little_endian(0, 10) +
                     little_endian(files.size(), 4) + entry.name;
        files += "PK\3\4" + shared + entry.name + entry.bytes;
    }
    return files + directory + "PK\5\6" + little_endian(0, 4) + little_endian(entries.size(), 2) +
           little_endian(entries.size(), 2) + little_endian(directory.size(), 4) +
           little_endian(files.size(), 4) + little_endian(0, 2);
}

struct TarFile {
    std::string name, bytes;
    char kind = '0';            // '2': a link
    std::uint64_t claimed = 0;  // 0: the true size
};

/// A tar (POSIX.1-1988, ustar).
inline std::string tar_of(const std::vector<TarFile>& files) {
    std::string text;
    const auto octal = [](std::uint64_t value, std::size_t digits) {
        std::string number(digits, '0');
        for (std::size_t i = digits; i-- > 0; value >>= 3) number[i] = char('0' + (value & 7));
        return number + '\0';
    };
    for (const TarFile& file : files) {
        std::string head = file.name;
        head.resize(100);
        head += octal(0644, 7) + octal(0, 7) + octal(0, 7) +
                octal(file.claimed ? file.claimed : file.bytes.size(), 11) + octal(0, 11) +
                std::string(8, ' ') + file.kind;
        head.resize(257);
        head += std::string(
            "ustar\0"
            "00",
            8);
        head.resize(512);
        unsigned sum = 0;
        for (const char c : head) sum += static_cast<unsigned char>(c);
        head.replace(148, 8, octal(sum, 6) + ' ');
        text += head + file.bytes + std::string((512 - file.bytes.size() % 512) % 512, '\0');
    }
    return text + std::string(1024, '\0');
}

/// A file of NumPy, version 1.0.
inline std::string npy_of(const std::string& header, std::string_view content) {
    std::string padded = header;
    while ((10 + padded.size() + 1) % 64 != 0) padded += ' ';
    padded += '\n';
    std::string bytes = "\x93NUMPY";
    bytes += std::string("\1\0", 2) + little_endian(padded.size(), 2) + padded;
    return bytes.append(content);
}
inline std::string npy_header(const std::string& shape, const std::string& type = "|u1") {
    return "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
}

/// Records of CIFAR: `labels` bytes of which the last is the label, then every pixel of colour
/// (value, value + 1, value + 2), value counting from `first`.
inline std::string cifar_of(const std::vector<int>& values, std::size_t labels, int first = 0) {
    std::string bytes;
    for (const int label : values) {
        bytes += std::string(labels - 1, '\0') + char(label);
        for (int c = 0; c < 3; ++c) bytes += std::string(1024, char(first + c));
        ++first;
    }
    return bytes;
}

/// The labels of a dataset, in order.
inline std::vector<int> labels_of(const daguerre::Dataset& dataset) {
    std::vector<int> labels;
    for (std::int64_t i = 0; i < dataset.info().count; ++i) labels.push_back(dataset.at(i).label);
    return labels;
}

/// The first value of each image.
inline std::vector<int> values_of(const daguerre::Dataset& dataset) {
    std::vector<int> values;
    for (std::int64_t i = 0; i < dataset.info().count; ++i)
        values.push_back(int(dataset.at(i).image.row<std::uint8_t>(0)[0]));
    return values;
}
