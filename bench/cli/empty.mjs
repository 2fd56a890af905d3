// What node takes to run nothing.
