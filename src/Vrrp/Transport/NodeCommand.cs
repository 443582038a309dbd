using Appliance.Vrrp.State;
using Appliance.Vrrp.Wire;

namespace Appliance.Vrrp.Transport;

/// <summary>An order to the heartbeat thread.</summary>
/// <param name="Event">What to apply.</param>
/// <param name="Handover">Whom to answer; null for other events.</param>
/// <param name="Fingerprints">New ones, config then bundle; null: unchanged.</param>
/// <param name="Keys">New ones; null: unchanged.</param>
internal sealed record NodeCommand(ElectionEvent Event, HandoverOrder? Handover = null, byte[]? Fingerprints = null, HeartbeatKeys? Keys = null);
