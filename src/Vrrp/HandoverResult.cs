namespace Appliance.Vrrp;

/// <summary>How a planned switch ended.</summary>
/// <param name="Done">The peer has said that it is Active.</param>
/// <param name="Reason">One sentence; why not, when not.</param>
public sealed record HandoverResult(bool Done, string Reason);
