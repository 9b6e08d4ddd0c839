#include "engine/destination.h"

#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "base/error.h"
#include "engine/durable_file.h"

namespace kurultai {

namespace fs = std::filesystem;

void prepare_output(const fs::path& file) {
  const std::string place = file.string();
  if (!file.has_filename())
    throw storage_error(place, "no file name", "this is a folder", "add a name: --out FOLDER/NAME.h5");
  std::error_code error;
  const fs::file_status there = fs::status(file, error);
  if (fs::is_directory(there))
    throw storage_error(place, "cannot write", "this is a folder", "add a name: --out FOLDER/NAME.h5");
  if (fs::exists(there) && !fs::is_regular_file(there))
    throw storage_error(place, "cannot write", "this is not a regular file", "choose another --out");
  const fs::path name = destination(file);
  const fs::path folder = name.has_parent_path() ? name.parent_path() : fs::path(".");
  if (folder == "results" && !fs::exists(folder, error)) {
    fs::create_directory(folder, error);
    if (error) throw storage_error(place, "cannot make the folder results", error.message(), "choose another --out");
  }
  if (!fs::is_directory(folder, error))
    throw storage_error(place, "cannot write", "there is no folder " + folder.string(),
        "make it (mkdir -p " + folder.string() + ") or choose another --out");
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    throw storage_error(place, "cannot write", std::generic_category().message(errno), way_out(errno));
}

fs::path destination(const fs::path& file) {
  fs::path name = file;
  std::error_code error;
  for (int links = 0; links < 40 && fs::is_symlink(fs::symlink_status(name, error));
      ++links) {  // as many as Linux follows
    const fs::path target = fs::read_symlink(name, error);
    if (error) return name;
    name = target.is_absolute() ? target : name.parent_path() / target;
  }
  return name;
}

void make_folder(const fs::path& folder, const char* things) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw storage_error(folder.string(), std::string("cannot make the folder for the ") + things, error.message(),
        "choose another --folder");
}

}  // namespace kurultai
