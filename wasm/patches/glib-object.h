/* Replaces GLib's header of the same name: OpenSlide includes it and uses nothing of GObject, which we do not build. */
#pragma once
#include <glib.h>
