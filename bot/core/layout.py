"""Whether a collage or a roundup goes out as a thread, or as one post as far as it fits."""

THREAD, POST = "thread", "post"
LAYOUTS = (THREAD, POST)
