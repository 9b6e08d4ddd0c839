// Signals that a long verb heeds: INT and TERM ask it to stop, USR1 to write a checkpoint and go on.
#pragma once

namespace kurultai {

/// From now on signals are kept for the functions below. A second INT ends the program at once.
void heed_signals();
/// The signal that asks to stop, 0 if none came.
int stop_signal();
/// Whether a checkpoint was asked for since the last call.
bool take_checkpoint_request();

}  // namespace kurultai
