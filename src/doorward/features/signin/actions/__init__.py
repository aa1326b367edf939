"""Sign-in's steps: `password`, `codes`, `set_up`, `new_password`; `pending` and `completion` serve them all."""
