"""How fast Doorward is: one file per row, each a ratio measured in one run on one machine (`bench/run all`)."""
