namespace Agent.Sdk;

/// <summary>Circumstances keep a component from working: a file is missing, a port is taken. The component becomes unhealthy and is retried.</summary>
public sealed class ComponentException : Exception
{
    public ComponentException(string message)
        : base(message)
    {
    }

    public ComponentException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
