#include "app/cli/command.h"

namespace daguerre {

Command datasets_command();
Command fetch_command();
Command models_command();
Command train_command();
Command generate_command();
Command inpaint_command();
Command evaluate_command();
Command convert_command();
Command inspect_command();
Command devices_command();
Command bench_command();

const std::vector<Command>& commands() {
    static const std::vector<Command> rows{
        datasets_command(), fetch_command(),   models_command(),   train_command(),
        generate_command(), inpaint_command(), evaluate_command(), convert_command(),
        inspect_command(),  devices_command(), bench_command()};
    return rows;
}

}  // namespace daguerre
