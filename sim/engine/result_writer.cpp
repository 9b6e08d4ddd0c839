#include "engine/result_writer.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "engine/destination.h"
#include "engine/durable_file.h"
#include "engine/hdf5.h"
#include "engine/hdf5_image.h"
#include "engine/hdf5_read.h"
#include "engine/hdf5_write.h"
#include "engine/seal.h"

namespace kurultai {

namespace fs = std::filesystem;
using namespace hdf5;

/// The file, laid out in memory. To be used in a Session only.
class ResultWriter::Layout {
 public:
  explicit Layout(const Result& outline)
      : whole_(whole_digest(outline)),
        file_(new_file(image_)),
        slots_(lay_out(outline, *file_)) {
    if (slots_.empty()) digest_ = digest(outline);
    for (const Group& group : outline.groups)
      if (in_digest(outline, group.path)) in_digest_.insert(group.path);
  }

  [[nodiscard]] std::size_t batch() const {
    if (slots_.empty()) return 1;
    std::size_t points = slots_.begin()->second.extent[0];
    for (const auto& [key, slot] : slots_) points = std::min(points, slot.points);
    return points;
  }

  void write(const std::string& group, const std::string& name, std::size_t first, const Values& values) {
    const auto found = slots_.find({group, name});
    heed_interrupt();
    ensure(found != slots_.end(), "values are written to variables that the outline left empty");
    Slot& slot = found->second;
    const std::size_t row = product(slot.extent) / slot.extent[0];
    const std::size_t count = size_of(values) / row;
    ensure(values.index() == slot.type, "values are of the type in the outline");
    ensure(count > 0 && count * row == size_of(values), "values are those of whole points");
    ensure(first < slot.extent[0] && count <= slot.extent[0] - first, "points are those of the outline");
    for (std::size_t point = first; point < first + count; ++point) {
      ensure(!slot.written[point], "a point is written once");
      slot.written[point] = true;
    }
    const std::string path = group + "/" + name;
    if (!slot.open) slot.open.emplace(H5Dopen2(*file_, path.c_str(), H5P_DEFAULT), "cannot open '" + path + "'");
    const Rows rows(slot.extent, first, count);
    put_values(*slot.open, values, rows.in_memory, rows.in_file);
    if ((first + count) % slot.points == 0) close(slot);
    const auto* texts = std::get_if<std::vector<std::string>>(&values);
    slabs_.push_back({path, first, count, texts == nullptr ? digest(values) : digest(Values(stored_texts(*texts)))});
  }

  /// Adds the digest and ends the file; nothing can be written any more. Throws Failure if what HDF5 laid out
  /// is not what it was given.
  void finish() {
    if (!file_) return;  // it has been: the disk failed the first time
    for (auto& [key, slot] : slots_) close(slot);
    if (!slots_.empty()) {
      Result written;
      written.attributes = read_root_attributes(*file_);
      const auto wanted = [&](const std::string& group, const std::string&) { return in_digest_.contains(group); };
      Budget budget = no_limit();
      read_groups(*file_, {wanted, true, &budget}, written);
      digest_ = digest(written);
    }
    write_attribute(*file_, "digest", digest_);
    File file = std::move(*file_);
    file_.reset();
    image_.take(std::move(file));
    if (!is_as_given(open_image(image_.bytes())))
      throw Failure("the file laid out differs from the result", "the memory or a library is at fault");
  }

  [[nodiscard]] std::span<const char> bytes() { return image_.bytes(); }

 private:
  static Budget no_limit() { return Budget(std::numeric_limits<std::size_t>::max()); }
  struct Slab {
    std::string path;
    std::size_t first;
    std::size_t count;
    std::string digest;
  };
  /// Whether `file` holds the outline and all that was written.
  [[nodiscard]] bool is_as_given(const File& file) const {
    Result written;
    const auto given = [&](const std::string& group, const std::string& name) {
      return !slots_.contains({group, name});
    };
    Budget budget = no_limit();
    read_groups(file, {given, true, &budget}, written);
    bool same = whole_digest(written) == whole_;
    for (const Slab& slab : slabs_) {
      const Dataset dataset(H5Dopen2(file, slab.path.c_str(), H5P_DEFAULT), "cannot open '" + slab.path + "'");
      std::vector<hsize_t> extent = extent_of(dataset, slab.path);
      const Rows rows(extent, slab.first, slab.count);
      extent[0] = slab.count;
      same =
          same && digest(read_values(dataset, slab.path, product(extent), rows.in_memory, rows.in_file)) == slab.digest;
    }
    return same;
  }
  static void close(Slot& slot) {
    if (slot.open) slot.open->close("cannot write values");
    slot.open.reset();
  }

  std::string whole_;                ///< digest of the outline
  std::string digest_;               ///< that the file states
  std::set<std::string> in_digest_;  ///< groups
  Image image_;                      // outlives the file in it
  std::optional<File> file_;
  Slots slots_;
  std::vector<Slab> slabs_;  ///< what was written, to compare
};

namespace {

/// Has `action` use HDF5; says that nothing was written to `place` if it fails.
void in_session(const std::string& place, const auto& action) {
  const Session session;
  try {
    action();
  } catch (const Failure& failure) { throw storage_error(place, failure.what(), failure.why, "nothing was written"); }
}

}  // namespace

ResultWriter::ResultWriter(const fs::path& file, const Result& outline) : file_(file) {
  check_outline(outline);
  const auto version = outline.attributes.find("format_version");
  ensure(version != outline.attributes.end() && version->second == Attribute(result_format_version),
      "a result states the format_version that this program writes");
  prepare_output(file);
  in_session(file.string(), [&] { layout_ = std::make_unique<Layout>(outline); });
}

ResultWriter::~ResultWriter() {
  const Session session;
  layout_.reset();
}

std::size_t ResultWriter::batch() const { return layout_->batch(); }

void ResultWriter::write(
    const std::string& group, const std::string& variable, std::size_t first_point, const Values& values) {
  in_session(file_.string(), [&] { layout_->write(group, variable, first_point, values); });
}

void ResultWriter::commit(const std::function<void()>& make_way) {
  const std::string place = file_.string();
  in_session(place, [&] { layout_->finish(); });
  const std::span<const std::byte> bytes = std::as_bytes(layout_->bytes());
  Seal seal(result_mark);
  seal.add(bytes);
  const Seal::Bytes last = seal.bytes();
  const auto parts = {bytes, std::span<const std::byte>(last)};
  const fs::path name = destination(file_);
  DurableFile file = DurableFile::beside(name, place, "result");
  for (const std::span<const std::byte> part : parts) file.write(part);
  file.close();
  if (!file.holds(parts))
    throw storage_error(place, "the file read back differs from the result", "the disk or its driver lost data",
        "choose another --out");
  if (make_way) make_way();
  file.keep(name);
}

void write_result(const fs::path& file, const Result& result, const std::function<void()>& make_way) {
  check(result);
  ResultWriter(file, result).commit(make_way);
}

}  // namespace kurultai
