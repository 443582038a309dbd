using Appliance.Limiter;
using Appliance.Proxy.Admission;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Transport;
using Appliance.Proxy.Upstreams;

namespace Appliance.Proxy.Layer4;

/// <summary>
/// One client's exchange with one server over a connected socket of its own, on the loop of the <see cref="UdpSocket"/> that received it. The
/// object is used again for a later session.
/// </summary>
internal sealed class UdpSession : LoopSource
{
    /// <summary>Datagrams taken per turn, so that one server's flood does not starve the others.</summary>
    private const int Budget = 32;

    private readonly UdpSocket _owner;
    private readonly IdleTimer _idle;
    private SocketAddress _client;
    private LoopServer? _server;
    private long _idleNs;
    private int _responsesLeft;
    private bool _reported;

    internal UdpSession(UdpSocket owner)
        : base(owner.Loop)
    {
        _owner = owner;
        _idle = new IdleTimer(this);
    }

    internal UdpSessionKey Key { get; private set; }

    /// <summary>Our own address that the client speaks to; null: unknown.</summary>
    internal ClientAddress? LocalAddress => Key.Local.ToClientAddress();

    /// <summary>Its place in admission; -1: none.</summary>
    internal int Slot { get; private set; }

    /// <summary>The gate that gave the place; null: none was asked.</summary>
    internal AdmissionGate? Gate { get; private set; }

    /// <summary>Begins with a connected socket. On failure the caller keeps the socket.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The kernel refused to watch it.</exception>
    internal void Begin(in UdpSessionKey key, in SocketAddress client, LoopServer server, int descriptor, (AdmissionGate? Gate, int Slot) admitted)
    {
        Descriptor = descriptor;
        try
        {
            Loop.Register(this, Linux.EpollIn);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Descriptor = -1;
            throw;
        }

        Key = key;
        _client = client;
        _server = server;
        (Gate, Slot) = admitted;
        Configuration.UdpSettings settings = _owner.Settings;
        _idleNs = settings.Idle.Ticks * 100;
        _responsesLeft = settings.Responses == 0 ? int.MaxValue : settings.Responses;
        Loop.Timers.Arm(_idle, Loop.NowNs + _idleNs);
        _reported = false;
        server.BeginSession();
    }

    /// <summary>Passes a datagram of the client on.</summary>
    internal void Forward(ReadOnlySpan<byte> datagram)
    {
        if (Gate is { } gate && !gate.TryCharge(Slot, datagram.Length, Loop.NowNs))
        {
            _owner.Counters.CountDrop(UdpDropReason.Rate);
            return;
        }

        Touch();
        int error = Datagrams.Send(Descriptor, datagram);
        if (error == 0) return;
        _owner.Counters.CountDrop(ReasonOf(error));
        if (IsFatal(error)) Fail(error);
    }

    /// <inheritdoc/>
    internal override void OnEvents(uint events)
    {
        for (int i = 0; i < Budget && Descriptor >= 0; i++)
        {
            int length = Datagrams.Receive(Descriptor, _owner.Buffer);
            if (length < 0)
            {
                if (IsFatal(-length)) Fail(-length);
                return;
            }

            Answer(_owner.Buffer.AsSpan(0, length));
        }
    }

    /// <inheritdoc/>
    internal override void CloseNow()
    {
        if (Descriptor < 0) return;
        Loop.Timers.Cancel(_idle);
        Loop.Release(this);
        _ = Libc.Close(Descriptor);
        Descriptor = -1;
        Report(ServerOutcome.Unknown);
        _server!.EndSession();
        _server.Release();
        _server = null;
        Gate?.ReleaseClient(Slot);
        Gate?.Leave();
        Gate = null;
        _owner.OnEnded(this);
    }

    private void Answer(ReadOnlySpan<byte> datagram)
    {
        _server!.OnConnected();
        Report(ServerOutcome.Good);
        if (Gate is { } gate && !gate.TryCharge(Slot, datagram.Length, Loop.NowNs)) _owner.Counters.CountDrop(UdpDropReason.Rate);
        else _owner.SendTo(_client, Key.Local, datagram);
        Touch();
        if (--_responsesLeft == 0) CloseNow();
    }

    private void Touch() => Loop.Timers.Arm(_idle, Loop.NowNs + _idleNs);

    private void Fail(int error)
    {
        _server!.OnSessionRefused(error == Linux.ErrConnectionRefused ? ConnectionError.Refused : ConnectionError.Unreachable);
        Report(ServerOutcome.Failed);
        CloseNow();
    }

    /// <summary>The session's first word about its server is the one that counts.</summary>
    private void Report(ServerOutcome outcome)
    {
        if (_reported) return;
        _reported = true;
        _server!.Report(outcome);
    }

    /// <summary>What is only about one datagram, or passes by itself, does not end the session.</summary>
    private static bool IsFatal(int error) =>
        error is not (Linux.ErrAgain or Linux.ErrInterrupted or Linux.ErrMessageTooLong or Linux.ErrNoBuffers or Linux.ErrNoMemory);

    private static UdpDropReason ReasonOf(int error) => error switch
    {
        Linux.ErrMessageTooLong => UdpDropReason.Oversized,
        _ when IsFatal(error) => UdpDropReason.NoServer,
        _ => UdpDropReason.Resources,
    };

    private sealed class IdleTimer(UdpSession session) : LoopTimer
    {
        internal override void OnDeadline(long nowNs) => session.CloseNow();
    }
}
