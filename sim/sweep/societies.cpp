#include "sweep/societies.h"

#include "engine/simulation.h"

namespace kurultai {

std::shared_ptr<const Society> Societies::get(const std::string& key, const Model& model) {
  std::shared_ptr<Entry> entry;
  {
    const std::scoped_lock lock(guard_);
    std::shared_ptr<Entry>& known = entries_[key];
    if (!known) known = std::make_shared<Entry>();
    entry = known;
  }
  const std::scoped_lock building(entry->guard);  // others that want the same wait; others build theirs
  std::shared_ptr<const Society> society = entry->society.lock();
  if (!society) {
    society = make_society(model);
    entry->society = society;
  }
  const std::scoped_lock lock(guard_);
  latest_ = society;
  return society;
}

}  // namespace kurultai
