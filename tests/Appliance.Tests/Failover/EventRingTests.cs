using System.Collections.Immutable;
using Appliance.Failover;

namespace Appliance.Tests.Failover;

public sealed class EventRingTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private readonly EventRing _ring = new(TimeProvider.System);

    public void Dispose() => _ring.Dispose();

    [Fact]
    public async Task AReaderGetsWhatCameAfterTheLastItHasSeen()
    {
        Add("a", "b", "c");
        Assert.Equal(["b", "c"], await ReadAsync(1));
        Assert.Equal(["a", "b", "c"], await ReadAsync(0));
        Assert.Equal(["a", "b", "c"], await ReadAsync(99)); // a number of an earlier run
    }

    [Fact]
    public async Task AReaderThatHasSeenAllWaitsForTheNext()
    {
        Add("a");
        Task<ImmutableArray<HaEvent>?> waits = _ring.ReadAsync(1, Long);
        Assert.False(waits.IsCompleted);
        Add("b");
        Assert.Equal("b", Assert.Single((await waits)!.Value).Text);
    }

    [Fact]
    public async Task NothingNewIsAnEmptyAnswer() => Assert.Empty((await _ring.ReadAsync(0, TimeSpan.FromMilliseconds(1)))!.Value);

    [Fact]
    public async Task ReadersThatWaitAreBoundedAndAllGoWithTheDaemon()
    {
        Task<ImmutableArray<HaEvent>?>[] waits = [.. Enumerable.Range(0, EventRing.MaximumReaders).Select(_ => _ring.ReadAsync(0, Long))];
        Assert.Null(await _ring.ReadAsync(0, Long));
        _ring.Dispose();
        Assert.All(await Task.WhenAll(waits), answer => Assert.Empty(answer!.Value));
        Assert.Empty((await _ring.ReadAsync(0, Long))!.Value);
    }

    [Fact]
    public async Task APlaceIsFreeAgainWhenItsReaderIsAnswered()
    {
        for (int round = 0; round < 3; round++)
        {
            Task<ImmutableArray<HaEvent>?>[] waits = [.. Enumerable.Range(0, EventRing.MaximumReaders).Select(_ => _ring.ReadAsync(_ring.Last, Long))];
            Add("next");
            Assert.All(await Task.WhenAll(waits), answer => Assert.Single(answer!.Value));
        }
    }

    [Fact]
    public async Task OnlyTheNewestAreKept()
    {
        for (int i = 0; i < EventRing.Capacity + 10; i++) Add($"{i}");
        ImmutableArray<HaEvent> kept = (await _ring.ReadAsync(0, TimeSpan.Zero))!.Value;
        Assert.Equal((EventRing.Capacity, 11L), (kept.Length, kept[0].Sequence));
    }

    private void Add(params ReadOnlySpan<string> texts)
    {
        foreach (string text in texts) _ring.Add(new HaEvent { At = default, Kind = "test", Text = text });
    }

    private async Task<string[]> ReadAsync(long after) => [.. (await _ring.ReadAsync(after, Long))!.Value.Select(e => e.Text)];
}
