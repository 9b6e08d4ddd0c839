// How much memory there is: of the machine, or less where a control group or a limit of the process says so.
#pragma once

#include <string>

namespace kurultai {

/// Bytes that this process may have at all.
double present_memory();
/// Bytes that are free now, of those.
double free_memory();
/// Bytes that this process has in use now, once what it freed is given back to the system; 0 where that does not tell.
double used_memory();
/// Bytes that it had at its peak.
double peak_memory();

/// "64 GB", "850 MB", "12 kB".
std::string bytes_text(double bytes);

/// ": more than this machine has (24 GB)" if `bytes` do not fit into present_memory(), else nothing: for plans.
std::string memory_caveat(double bytes);

/// Throws Error (exit code 7) if `bytes` do not fit: into present_memory(), or into `allowed` if that is above 0 (the
/// option --memory). `what` takes them ("the run", "a run of the sweep").
void require_memory(double bytes, double allowed, const std::string& what);

}  // namespace kurultai
