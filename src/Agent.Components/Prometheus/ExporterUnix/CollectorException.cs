namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>A collector cannot do its work; the message says what and why. Other collectors go on.</summary>
internal sealed class CollectorException(string message) : Exception(message);
