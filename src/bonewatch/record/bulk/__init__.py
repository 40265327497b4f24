"""Many people's files into one folder of records, with bounded memory and several processes."""
