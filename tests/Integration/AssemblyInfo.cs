// Failover is measured in milliseconds on two cores: one laboratory at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
