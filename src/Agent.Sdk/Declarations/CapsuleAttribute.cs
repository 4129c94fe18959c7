namespace Agent.Sdk.Declarations;

/// <summary>Values of the type travel through expressions as they are, under the name that users read in errors, such as <c>loki.LogsReceiver</c>.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface, Inherited = false)]
public sealed class CapsuleAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
