using Agent.Sdk.Declarations;

namespace Agent.Components.Common.Relabel;

/// <summary>What a relabelling rule does.</summary>
public enum RelabelAction
{
    Replace,
    Keep,
    Drop,

    [Name("keepequal")]
    KeepEqual,

    [Name("dropequal")]
    DropEqual,

    [Name("hashmod")]
    HashMod,

    [Name("labelmap")]
    LabelMap,

    [Name("labeldrop")]
    LabelDrop,

    [Name("labelkeep")]
    LabelKeep,

    Lowercase,
    Uppercase,
}
