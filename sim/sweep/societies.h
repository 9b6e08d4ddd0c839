// Societies by key: those in use are shared by all runs that live in them, whosever experiment they are of.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "engine/model.h"
#include "society/society.h"

namespace kurultai {

/// Called by several threads.
class Societies {
 public:
  /// The society called `key`, which `model` describes; built if nobody has it. The one asked for last is kept for the
  /// next run.
  std::shared_ptr<const Society> get(const std::string& key, const Model& model);

 private:
  struct Entry {
    std::mutex guard;
    std::weak_ptr<const Society> society;
  };
  std::mutex guard_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;
  std::shared_ptr<const Society> latest_;
};

}  // namespace kurultai
