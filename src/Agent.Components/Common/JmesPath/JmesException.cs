namespace Agent.Components.Common.JmesPath;

/// <summary>Unwinds parsing or evaluation; never leaves <see cref="JmesExpression"/>.</summary>
internal sealed class JmesException(string message) : Exception(message);
