# LibTorch from DAGUERRE_LIBTORCH (variable or environment), CMAKE_PREFIX_PATH, or what
# installer/set-up.sh unpacked. The wheel's own TorchConfig.cmake demands a CUDA SDK; this doesn't.
set(unpacked $ENV{XDG_CACHE_HOME})
if(NOT unpacked)
    set(unpacked $ENV{HOME}/.cache)
endif()
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/../../installer/libtorch.txt pinned REGEX "^torch==")
string(REGEX REPLACE "^torch==([0-9.]+).*" "\\1" LibTorch_VERSION "${pinned}")
set(places HINTS ${DAGUERRE_LIBTORCH} $ENV{DAGUERRE_LIBTORCH}
    PATHS ${unpacked}/daguerre/libtorch-${LibTorch_VERSION}/torch)

find_path(LibTorch_INCLUDE torch/csrc/api/include/torch/torch.h ${places} PATH_SUFFIXES include)
find_library(LibTorch_CPU torch_cpu ${places} PATH_SUFFIXES lib)
find_library(LibTorch_C10 c10 ${places} PATH_SUFFIXES lib)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch DEFAULT_MSG LibTorch_CPU LibTorch_C10 LibTorch_INCLUDE)

get_filename_component(LibTorch_LIBRARY_DIR ${LibTorch_CPU} DIRECTORY)
get_filename_component(LibTorch_ROOT ${LibTorch_LIBRARY_DIR} DIRECTORY)
if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
    add_library(LibTorch::LibTorch INTERFACE IMPORTED)
    target_include_directories(LibTorch::LibTorch SYSTEM INTERFACE
        ${LibTorch_INCLUDE} ${LibTorch_INCLUDE}/torch/csrc/api/include)
    target_link_libraries(LibTorch::LibTorch INTERFACE ${LibTorch_CPU} ${LibTorch_C10})
    # RPATH, not RUNPATH: libtorch_cpu's own dependencies are then found from it too.
    target_link_options(LibTorch::LibTorch INTERFACE -Wl,--disable-new-dtags
        -Wl,-rpath-link,${LibTorch_ROOT}/../nvidia/cu13/lib)
endif()
