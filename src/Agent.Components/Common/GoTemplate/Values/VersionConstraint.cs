namespace Agent.Components.Common.GoTemplate.Values;

/// <summary>One comparison of a version.</summary>
/// <param name="Operator">As written; none means equal, or alike where parts are left open.</param>
/// <param name="Version">With zeros for open parts.</param>
/// <param name="IsOpen">Whether some part is missing or a wildcard.</param>
/// <param name="AnyMinor">Whether the minor version is open.</param>
/// <param name="AnyPatch">Whether just the patch is open.</param>
internal sealed record VersionConstraint(string Operator, SemanticVersion Version, bool IsOpen, bool AnyMinor, bool AnyPatch)
{
    public bool Allows(SemanticVersion version) => Operator switch
    {
        "!=" => IsOther(version),
        ">" => IsGreater(version),
        "<" => version.CompareTo(Version) < 0,
        ">=" or "=>" => version.CompareTo(Version) >= 0,
        "<=" or "=<" => IsAtMost(version),
        "~" or "~>" => IsAlike(version),
        "^" => IsCompatible(version),
        _ => IsOpen ? IsAlike(version) : version.CompareTo(Version) == 0,
    };

    private bool IsOther(SemanticVersion version)
    {
        if (!IsOpen)
        {
            return version.CompareTo(Version) != 0;
        }
        if (version.Major != Version.Major)
        {
            return true;
        }
        if (AnyMinor)
        {
            return false;
        }
        if (version.Minor != Version.Minor)
        {
            return true;
        }
        return AnyPatch ? SemanticVersion.ComparePrereleases(version.Prerelease, Version.Prerelease) != 0 : version.CompareTo(Version) != 0;
    }

    private bool IsGreater(SemanticVersion version)
    {
        if (!IsOpen || (version.Major == Version.Major && !AnyMinor && !AnyPatch))
        {
            return version.CompareTo(Version) > 0;
        }
        return version.Major != Version.Major ? version.Major > Version.Major : AnyPatch && version.Minor > Version.Minor;
    }

    private bool IsAtMost(SemanticVersion version) => IsOpen
        ? version.Major <= Version.Major && (version.Major != Version.Major || version.Minor <= Version.Minor || AnyMinor)
        : version.CompareTo(Version) <= 0;

    private bool IsAlike(SemanticVersion version)
    {
        if (version.CompareTo(Version) < 0)
        {
            return false;
        }
        bool isAll = Version is { Major: 0, Minor: 0, Patch: 0 } && !AnyMinor && !AnyPatch;
        return isAll || (version.Major == Version.Major && (AnyMinor || version.Minor == Version.Minor));
    }

    // The leftmost part that is not zero stays.
    private bool IsCompatible(SemanticVersion version)
    {
        if (version.CompareTo(Version) < 0)
        {
            return false;
        }
        if (Version.Major > 0 || AnyMinor)
        {
            return version.Major == Version.Major;
        }
        if (version.Major > 0)
        {
            return false;
        }
        if (Version.Minor > 0 || AnyPatch)
        {
            return version.Minor == Version.Minor;
        }
        return version.Minor == 0 && version.Patch == Version.Patch;
    }
}
