namespace Agent.Rbac;

/// <summary>Who is granted rights, and what the objects that grant them are called.</summary>
/// <param name="Name">Of the roles and of their bindings.</param>
/// <param name="Namespace">Where the agent and its service account are.</param>
internal sealed record RbacSubject(string Name, string Namespace, string ServiceAccount);
