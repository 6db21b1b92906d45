using System.Text;

namespace EmrSim.Server.Patients.Compiling;

/// <summary>A short name for a case that tells nothing of it: "C-" and five base-36 characters of the id's FNV-1a hash.</summary>
internal static class StudentCaseId
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    public static string For(string scenarioId)
    {
        var rest = Fnv(scenarioId);
        var name = new char[5];
        for (var place = name.Length - 1; place >= 0; place--)
        {
            name[place] = Digits[(int)(rest % 36)];
            rest /= 36;
        }

        return $"C-{new string(name)}";
    }

    public static uint Fnv(string text)
    {
        var hash = 2166136261u;
        foreach (var octet in Encoding.UTF8.GetBytes(text)) hash = (hash ^ octet) * 16777619u;
        return hash;
    }
}
