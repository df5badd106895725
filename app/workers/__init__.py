"""Where networks are trained: processes of their own, one call a frame."""
