// Every stackalloc and local of this project is written before it is read; zeroing them first costs hot paths a memset per call.
[module: System.Runtime.CompilerServices.SkipLocalsInit]
