//! Guests with std, to weigh the library by: the examples. There is nothing here.
