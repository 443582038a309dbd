namespace Appliance.Limiter.Evaluation;

/// <summary>A point in a request's takes, to which they can be given back.</summary>
internal readonly record struct LedgerMark(int Taken, int Places, int Reservations);
