namespace Appliance.Vrrp.State;

/// <summary>What a step asks for. They are done in the order of these bits: an address is gone before anyone is told, and a
/// heartbeat leaves before the advert it explains.</summary>
[Flags]
internal enum ElectionDeeds
{
    None = 0,
    DropAddresses = 1,
    SendHeartbeat = 2,

    /// <summary>With <see cref="ElectionActions.AdvertPriority"/>.</summary>
    SendAdvert = 4,
    TakeAddresses = 8,

    /// <summary>The full series of a takeover: five times, paced, and again after 5 s.</summary>
    AnnounceSeries = 16,

    /// <summary>Every address once.</summary>
    AnnounceOnce = 32,

    /// <summary>The role changed.</summary>
    Notify = 64,

    /// <summary>The peer wants the role and may have it.</summary>
    AskForHandover = 128,

    /// <summary>An advert contradicted the peer's word; ignored.</summary>
    CountSpoof = 256,

    /// <summary>The node slept longer than the down interval.</summary>
    CountSleep = 512,

    /// <summary>Another Active was heard while Active.</summary>
    LogDualActive = 1024,
}
