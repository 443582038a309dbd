using Appliance.Failover;
using Appliance.Tests.Journal;
using TestSupport;

namespace Appliance.Tests.Failover;

public sealed class PeerMarkTests : IDisposable
{
    private readonly TemporaryFolder _directory = new("appliance-mark-");
    private readonly RecordingLog _log = new();
    private readonly FakeNode _node = new();

    private string MarkFile => PeerMark.PathIn(_directory.FullName);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void ItStandsWhileAFitPeerIsKnownAndGoesWithAnOrderlyStop()
    {
        using (var mark = new PeerMark(MarkFile, _log))
        {
            mark.Update(_node.Report());
            Assert.True(File.Exists(MarkFile));
            _node.Peer = _node.Peer! with { Fit = false };
            mark.Update(_node.Report());
            Assert.False(File.Exists(MarkFile));
            _node.Peer = _node.Peer! with { Fit = true, State = "unreachable" };
            mark.Update(_node.Report());
            Assert.False(File.Exists(MarkFile));
            _node.Peer = _node.Peer! with { State = "degraded" };
            mark.Update(_node.Report());
            Assert.True(File.Exists(MarkFile));
        }

        Assert.False(File.Exists(MarkFile));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void AMarkFromAnotherLifeIsCorrectedAtTheFirstLook()
    {
        File.WriteAllText(MarkFile, "");
        _node.Peer = null;
        using var mark = new PeerMark(MarkFile, _log);
        mark.Update(_node.Report());
        Assert.False(File.Exists(MarkFile));
    }
}
