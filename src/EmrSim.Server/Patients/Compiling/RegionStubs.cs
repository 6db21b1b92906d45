namespace EmrSim.Server.Patients.Compiling;

/// <summary>Examinations that a student may ask for in a region although the record does not mention them: without findings.</summary>
internal static class RegionStubs
{
    private static readonly Dictionary<string, (string Id, string Label, string Key)[]> s_stubs = new(StringComparer.Ordinal)
    {
        ["knee"] =
        [
            ("functional_squat", "Functional: Squat", "squat"), ("functional_step_down", "Functional: Step-down", "step down"),
            ("lachman_test", "Lachman Test", "lachman"), ("valgus_stress_test", "Valgus Stress Test", "valgus"),
            ("varus_stress_test", "Varus Stress Test", "varus"), ("mcmurray_test", "McMurray's Test", "mcmurray"),
        ],
        ["lumbar_spine"] =
        [
            ("dermatomes", "Dermatomes", "dermatomes"), ("myotomes", "Myotomes", "myotomes"), ("reflexes", "Reflexes", "reflexes"),
            ("lumbar_rom_planes", "Lumbar Range of Motion by Plane", "range motion"), ("straight_leg_raise", "Straight Leg Raise", "straight leg raise"),
        ],
        ["cervical_spine"] =
        [
            ("dermatomes", "Dermatomes", "dermatomes"), ("myotomes", "Myotomes", "myotomes"), ("reflexes", "Reflexes", "reflexes"),
            ("cervical_rom_planes", "Cervical Range of Motion by Plane", "range motion"),
        ],
        ["thoracic_spine"] = [("thoracic_rom_planes", "Thoracic Range of Motion by Plane", "range motion"), ("dermatomes", "Dermatomes", "dermatomes")],
        ["hip"] =
        [
            ("faber_test", "FABER Test", "faber"), ("fadir_test", "FADIR Test", "fadir"),
            ("trendelenburg_test", "Trendelenburg Test", "trendelenburg"), ("log_roll_test", "Log Roll Test", "log roll"),
        ],
    };

    public static IEnumerable<DerivedExamination> For(string region) =>
        s_stubs.TryGetValue(region, out var stubs) ? stubs.Select(static stub => new DerivedExamination(stub.Id, stub.Label, [stub.Key], [])) : [];
}
