namespace Agent.Sdk.Access;

/// <summary>What may be done with a resource, in the order in which RBAC rules usually name it.</summary>
[Flags]
public enum AccessVerbs
{
    None = 0,
    Get = 1,
    List = 2,
    Watch = 4,
    Create = 8,
    Update = 16,
    Patch = 32,
    Delete = 64,
}
