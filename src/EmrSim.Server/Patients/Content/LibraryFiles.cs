using System.Text.Json;

namespace EmrSim.Server.Patients.Content;

/// <summary>Reads the seven clinical libraries; the key is the address below /api/sps/catalogs.</summary>
internal static class LibraryFiles
{
    private static readonly (string Address, string[] File, string Schema)[] s_libraries =
    [
        ("tests/special", ["tests", "special_tests.library.json"], "test-library"),
        ("tests/functional", ["tests", "functional_tests.library.json"], "test-library"),
        ("interventions", ["interventions", "interventions.library.json"], "intervention-library"),
        ("outcomes", ["outcomes", "outcome_measures.library.json"], "outcome-library"),
        ("norms/rom", ["norms", "rom_norms.library.json"], "norms-library"),
        ("safety", ["safety", "safety_thresholds.library.json"], "safety-library"),
        ("protocols", ["protocols", "protocol_sources.library.json"], "protocol-library"),
    ];

    public static IEnumerable<string> Addresses => s_libraries.Select(static library => library.Address);

    public static Dictionary<string, JsonElement> Read(ContentFolder folder)
    {
        var libraries = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (address, file, schema) in s_libraries)
        {
            var path = folder.FullPath(["banks", "catalogs", .. file]);
            if (!File.Exists(path)) folder.Problems.Warn("LIBRARY_MISSING", folder.Relative(path), "$", "is not there; its catalogue answers failed_to_load_catalog");
            else if (folder.Read(path) is { } library && folder.Accepts(schema, library, "LIBRARY_SCHEMA_INVALID", path)) libraries[address] = library;
        }

        return libraries;
    }
}
