#include "base/text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/console.h"
#include "base/input_file.h"
#include "base/interrupt.h"

namespace kurultai {

namespace {

constexpr std::size_t longest_path = 250;               // of a file named in a message
constexpr std::size_t at_once = std::size_t{16} << 20;  // bytes read before a signal is looked for

std::string reason() { return std::generic_category().message(errno); }

/// A regular file, open for reading as text of a kind and closed at the end.
class Opened {
 public:
  Opened(const std::filesystem::path& file, const TextKind& kind, const std::string& named_at)
      : name_(shown(file.string(), longest_path)),
        kind_(kind),
        named_at_(named_at),
        // Without O_NONBLOCK opening a FIFO waits for somebody to write into it.
        descriptor_(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)) {
    if (descriptor_ < 0 && errno == ENOENT && named_at.empty())
      throw Error(
          kind.code, {name_, "no such file", fmt::format("a {} was expected here", kind.name), "check the path"});
    if (descriptor_ < 0)
      throw unreadable(
          errno == ENOENT ? "no such file" : reason(), errno == EACCES ? "check its permissions" : "check the path");
    try {
      examine();
    } catch (...) {
      ::close(descriptor_);
      throw;
    }
  }
  ~Opened() { ::close(descriptor_); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Up to `count` bytes from where it stands; 0 at the end.
  std::size_t read(char* to, std::size_t count) const {
    for (;;) {
      heed_interrupt();
      const ssize_t got = ::read(descriptor_, to, std::min(count, at_once));
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) throw unreadable(reason(), "");
    }
  }
  [[nodiscard]] Error unreadable(std::string why, std::string suggestion) const {
    if (named_at_.empty() || named_at_ == name_)
      return Error(kind_.code,
          {name_, fmt::format("cannot be read as a {}", kind_.name), std::move(why), std::move(suggestion)});
    return Error(kind_.code,
        {named_at_, fmt::format("cannot read the {} '{}'", kind_.name, name_), std::move(why), std::move(suggestion)});
  }

 private:
  void examine() {
    struct stat about{};
    if (::fstat(descriptor_, &about) != 0) throw unreadable(reason(), "");
    if (S_ISDIR(about.st_mode)) throw unreadable("it is a folder", "name a file in it");
    if (!S_ISREG(about.st_mode))
      throw unreadable("it is not a regular file", fmt::format("name a {}'s file", kind_.name));
    size_ = static_cast<std::size_t>(about.st_size);
    if (size_ > kind_.largest)
      throw unreadable(fmt::format("it holds {} bytes, and a {} at most {}", size_, kind_.name, kind_.largest),
          "is it another kind of file?");
  }

  std::string name_;
  const TextKind& kind_;
  const std::string& named_at_;
  int descriptor_;
  std::size_t size_ = 0;
};

/// Length of the UTF-8 letter that `text` begins with, 0 if none does.
std::size_t letter_length(std::string_view text) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t k = 1; k < length; ++k)
    if ((byte(k) & 0xc0) != 0x80) return 0;
  // Overlong forms, surrogates and what lies beyond the last letter.
  const bool wrong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) > 0x9f) ||
                     (lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) > 0x8f);
  return wrong ? 0 : length;
}

}  // namespace

std::string read_text(const std::filesystem::path& file, const TextKind& kind, const std::string& named_at) {
  const Opened opened(file, kind, named_at);
  // Read to its end, not to the size it had: files of /proc have none.
  std::string text(opened.size() + 1, '\0');
  std::size_t size = 0;
  while (const std::size_t got = opened.read(text.data() + size, text.size() - size)) {
    size += got;
    if (size > kind.largest)
      throw opened.unreadable(fmt::format("it grows beyond {} bytes", kind.largest), "is it another kind of file?");
    if (size == text.size()) text.resize(2 * size);
  }
  text.resize(size);
  note_input(file, text);
  const auto error = [&](std::string place, std::string problem, std::string why) {
    return Error(kind.code, {std::move(place), std::move(problem), std::move(why), kind.advice});
  };
  const std::string name = shown(file.string(), longest_path);
  if (const auto zero = text.find('\0'); zero != std::string::npos)
    throw error(name, "is not a text file", fmt::format("byte {} is zero", zero + 1));
  if (const std::size_t at = first_not_utf8(text); at != std::string::npos) {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    throw error(fmt::format("{}:{}", name, line), "not UTF-8",
        fmt::format("byte 0x{:02X} does not belong; is it in Windows-1251 or another old encoding?",
            static_cast<unsigned char>(text[at])));
  }
  if (text.rfind("\xEF\xBB\xBF", 0) == 0) text.erase(0, 3);
  return text;
}

std::uintmax_t text_size(const std::filesystem::path& file, const TextKind& kind) {
  return Opened(file, kind, {}).size();
}

std::size_t first_not_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::uint64_t eight = 0;  // letters of a byte each, most often
    for (; at + sizeof eight <= text.size(); at += sizeof eight) {
      std::memcpy(&eight, text.data() + at, sizeof eight);
      if ((eight & 0x8080808080808080U) != 0) break;
    }
    if (at == text.size()) break;
    const std::size_t length = letter_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::string shown(const std::string& text, std::size_t longest) {
  if (text.size() <= longest) return printable(text);
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return printable(text.substr(0, end)) + "...";
}

// A host's odd name must not spoil a file that cost hours, and Python refuses text that is not UTF-8.
std::string stored_text(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = text[at] == '\0' ? 0 : letter_length(std::string_view(text).substr(at));
    out += length > 0 ? text.substr(at, length) : "\xef\xbf\xbd";
    at += std::max(length, std::size_t{1});
  }
  return out;
}

std::vector<std::string> stored_texts(const std::vector<std::string>& texts) {
  std::vector<std::string> stored;
  stored.reserve(texts.size());
  for (const std::string& text : texts) stored.push_back(stored_text(text));
  return stored;
}

}  // namespace kurultai
