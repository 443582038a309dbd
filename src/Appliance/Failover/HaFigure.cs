namespace Appliance.Failover;

/// <summary>One sample for /metrics. Samples of one family stand together.</summary>
/// <param name="Name">The family, such as appliance_ha_adverts_sent_total; one that ends in _total is a counter.</param>
/// <param name="Help">What it says.</param>
/// <param name="Label">Name of its label; empty: none.</param>
/// <param name="LabelValue">One of a fixed set.</param>
/// <param name="Value">Its value.</param>
internal sealed record HaFigure(string Name, string Help, string Label, string LabelValue, double Value);
