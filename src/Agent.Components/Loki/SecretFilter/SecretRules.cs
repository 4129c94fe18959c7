namespace Agent.Components.Loki.SecretFilter;

/// <summary>Rules by id, in their order, and the allowlists that hold for all of them.</summary>
internal sealed record SecretRules(IReadOnlyList<SecretRule> Rules, IReadOnlyList<SecretAllowlist> Allowlists)
{
    /// <summary>The rules of <paramref name="origin"/>, without the disabled ones, changed and completed by those of this set.</summary>
    public SecretRules Extending(SecretRules origin, IReadOnlyList<string> disabled)
    {
        var byId = new Dictionary<string, SecretRule>(StringComparer.Ordinal);
        foreach (SecretRule rule in origin.Rules)
        {
            if (!disabled.Contains(rule.Id, StringComparer.Ordinal))
            {
                byId[rule.Id] = rule;
            }
        }
        foreach (SecretRule rule in Rules)
        {
            byId[rule.Id] = byId.TryGetValue(rule.Id, out SecretRule? known) ? known.With(rule) : rule;
        }
        return new SecretRules([.. byId.Values], [.. Allowlists, .. origin.Allowlists]);
    }
}
