using System.Threading.Channels;

namespace Appliance.Vrrp.Transport;

/// <summary>Notices of the heartbeat thread on their way to the log. Never blocks; those of a flood are limited by kind and number.</summary>
internal sealed class NoticeDesk(ChannelWriter<HaNotice> notices)
{
    private readonly NoticeGate _gate = new();

    /// <summary>The time of the current turn of the loop; for rate limits only.</summary>
    public long NowNs { get; set; }

    /// <summary>At most one of a kind and number per period.</summary>
    public void Limited(in HaNotice notice)
    {
        if (_gate.Pass(notice.Kind, (int)notice.Number, NowNs)) notices.TryWrite(notice);
    }

    /// <summary>The first of its kind and number since start.</summary>
    public void Once(in HaNotice notice)
    {
        if (_gate.PassOnce(notice.Kind, (int)notice.Number)) notices.TryWrite(notice);
    }

    public void Always(in HaNotice notice) => notices.TryWrite(notice);
}
