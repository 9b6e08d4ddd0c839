// What a mechanism reads of another section: the one way to it.
#pragma once

#include <stdexcept>
#include <string>
#include <typeinfo>

#include "mechanism/mechanism.h"

namespace kurultai {

/// The setting at `path` ("budget.enabled"), declared as a T: Flag, Real, Lever ... Throws std::logic_error that names
/// the path where no section has it or it is of another type, so that a renamed parameter ends the program at its
/// start. (A lever is no Real here: its scenario's value would ignore every policy.) Searches: ask once, in `prepare`.
template <class T> const T& setting(const World& world, const std::string& path) {
  const Field* field = world.registry.find(path);
  if (field == nullptr) throw std::logic_error("a mechanism reads " + path + ", which no section has");
  if (typeid(*field) != typeid(T))
    throw std::logic_error("a mechanism reads " + path + " as what it is not: it is a " + to_string(field->kind()));
  return static_cast<const T&>(*field);
}

}  // namespace kurultai
