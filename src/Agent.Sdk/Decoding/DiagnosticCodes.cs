namespace Agent.Sdk.Decoding;

/// <summary>Stable identifiers of the findings about a configuration.</summary>
public static class DiagnosticCodes
{
    public const string Syntax = "INV0001";
    public const string UnknownComponent = "INV0002";
    public const string UnknownArgument = "INV0003";
    public const string MissingArgument = "INV0004";
    public const string WrongType = "INV0005";
    public const string InvalidArgument = "INV0006";
    public const string DuplicateArgument = "INV0007";
    public const string DuplicateComponent = "INV0008";
    public const string Cycle = "INV0009";
    public const string UnknownReference = "INV0010";
    public const string Evaluation = "INV0011";
    public const string NotSupported = "INV0012";
    public const string NotHonoured = "INV0013";
    public const string Deprecated = "INV0014";
    public const string Unused = "INV0015";
    public const string Stability = "INV0016";
    public const string Label = "INV0017";
}
