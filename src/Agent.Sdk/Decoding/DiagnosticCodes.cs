namespace Agent.Sdk.Decoding;

/// <summary>Stable identifiers of the findings about a configuration.</summary>
public static class DiagnosticCodes
{
    public const string UnknownComponent = "INV0102";
    public const string UnknownArgument = "INV0103";
    public const string MissingArgument = "INV0104";
    public const string WrongType = "INV0105";
    public const string InvalidArgument = "INV0106";
    public const string DuplicateArgument = "INV0107";
    public const string DuplicateComponent = "INV0108";
    public const string Cycle = "INV0109";
    public const string UnknownReference = "INV0110";
    public const string Evaluation = "INV0111";
    public const string NotSupported = "INV0112";
    public const string NotHonoured = "INV0113";
    public const string Deprecated = "INV0114";
    public const string Unused = "INV0115";
    public const string Stability = "INV0116";
    public const string Label = "INV0117";
    public const string Unreadable = "INV0118";
    public const string Module = "INV0119";
    public const string Unchecked = "INV0120";
    public const string FailedCall = "INV0121";
    public const string InvalidStage = "INV0122";
    public const string DuplicateCollection = "INV0130";
    public const string Conversion = "INV0131";
}
