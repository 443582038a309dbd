namespace Appliance.Failover;

/// <summary>Turns what differs between two looks at the pair into events. Role changes are events of their own, since one look may miss some. Pure.</summary>
internal static class ReportDifference
{
    public static IEnumerable<HaEvent> Between(HaReport before, HaReport after, DateTimeOffset at)
    {
        if (after.Peer is { } peer && before.Peer?.State != peer.State)
        {
            yield return new HaEvent
            {
                At = at,
                Kind = "ha.peer",
                From = before.Peer?.State ?? "",
                To = peer.State,
                Text = $"peer {(peer.Node.Length > 0 ? peer.Node : "unknown")} is {peer.State}",
            };
        }

        foreach (MonitorReport monitor in after.Monitors)
        {
            if ((before.Monitors.FirstOrDefault(old => old.Name == monitor.Name)?.Ok ?? true) == monitor.Ok) continue;
            yield return MonitorEvent(monitor, at);
        }

        // The election lists some monitors only while they speak against the node.
        foreach (MonitorReport gone in before.Monitors.Where(old => !old.Ok && !after.Monitors.Any(monitor => monitor.Name == old.Name)))
        {
            yield return MonitorEvent(gone with { Ok = true, Detail = "ok again" }, at);
        }

        if (before.Bypass != after.Bypass && (before.Bypass is null || after.Bypass is null || before.Bypass.Detail != after.Bypass.Detail))
        {
            string text = after.Bypass is { } bypass ? $"bypass ({bypass.Action}){(bypass.Detail.Length > 0 ? ": " + bypass.Detail : "")}" : "bypass is over";
            yield return new HaEvent { At = at, Kind = "ha.bypass", To = after.Bypass is null ? "off" : "on", Text = text };
        }

        foreach (string warning in after.Warnings.Except(before.Warnings)) yield return new HaEvent { At = at, Kind = "ha.warning", Text = warning };
    }

    private static HaEvent MonitorEvent(MonitorReport monitor, DateTimeOffset at) => new()
    {
        At = at,
        Kind = "ha.monitor",
        Subject = monitor.Name,
        To = monitor.Ok ? "ok" : "failed",
        Text = $"monitor {monitor.Name} {(monitor.Ok ? "is ok" : "failed")}: {monitor.Detail}",
    };
}
