// libtorch's default random numbers and its thread count belong to the process.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
