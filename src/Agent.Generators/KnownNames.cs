namespace Agent.Generators;

/// <summary>Names of the SDK that generated code uses or looks for.</summary>
internal static class KnownNames
{
    public const string Declarations = "Agent.Sdk.Declarations.";
    public const string Component = Declarations + "ComponentAttribute";
    public const string Stage = Declarations + "StageAttribute";
    public const string ConfigBlock = Declarations + "ConfigBlockAttribute";
    public const string Capsule = Declarations + "CapsuleAttribute";
    public const string Context = "Agent.Sdk.ComponentContext";
    public const string KubernetesUser = "Agent.Sdk.Access.IKubernetesUser";
    public const string ValueList = "Agent.Sdk.ValueList<T>";
    public const string ValueMap = "Agent.Sdk.ValueMap<T>";
    public const string Codec = "global::Agent.Sdk.Decoding.Codecs.Codec";
    public const string Decoding = "global::Agent.Sdk.Decoding.";
    public const string Schema = "global::Agent.Sdk.Schema.";
    public const string Block = Decoding + "BlockValue";
    public const string Bag = "global::Agent.Syntax.DiagnosticBag";
    public const string Value = "global::Agent.Syntax.Values.Value";
}
