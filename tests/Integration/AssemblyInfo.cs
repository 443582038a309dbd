using System.Runtime.Versioning;

// Namespaces, netlink and Unix file modes: there is no other platform to run on.
[assembly: SupportedOSPlatform("linux")]

// Failover is measured in milliseconds on two cores: one laboratory at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
