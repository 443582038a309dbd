namespace Limiter.Tests.Support;

/// <summary>
/// Tests that keep a core busy for seconds. They run one after the other when all else is done, so that tests that need two cores at the
/// same moment, as a race does, get them.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    internal const string Name = "alone";
}
